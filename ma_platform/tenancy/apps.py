from ma_platform.rooms import Room


class Tenancy(Room):
    name = "ma_platform.tenancy"
    label = "tenancy"
