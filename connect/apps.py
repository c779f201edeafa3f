from ma_platform.rooms import Room


class Connect(Room):
    name = "connect"
