from ma_platform.rooms import Room


class Capture(Room):
    name = "capture"
