from ma_platform.rooms import Room


class Api(Room):
    name = "ma_platform.api"
    label = "api"
