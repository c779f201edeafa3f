from ma_platform.rooms import Room


class Scoring(Room):
    name = "scoring"
