from ma_platform.rooms import Room


class Nurturing(Room):
    name = "nurturing"
