from ma_platform.rooms import Room


class Demo(Room):
    name = "ma_platform.demo"
    label = "demo"
