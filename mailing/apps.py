from ma_platform.rooms import Room


class Mailing(Room):
    name = "mailing"
