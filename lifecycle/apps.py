from ma_platform.rooms import Room


class Lifecycle(Room):
    name = "lifecycle"
