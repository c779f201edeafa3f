from ma_platform.rooms import Room


class Audit(Room):
    name = "ma_platform.audit"
    label = "audit"
