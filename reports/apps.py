from ma_platform.rooms import Room


class Reports(Room):
    name = "reports"
