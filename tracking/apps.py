from ma_platform.rooms import Room


class Tracking(Room):
    name = "tracking"
