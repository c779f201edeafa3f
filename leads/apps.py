from ma_platform.rooms import Room


class Leads(Room):
    name = "leads"
