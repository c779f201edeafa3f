from ma_platform.rooms import Room


class Workspaces(Room):
    name = "ma_platform.workspaces"
    label = "workspaces"
