"""What happened: the collector, the append-only event log, visitors and their bindings to people, the catalogue.

Refuses judgement: it knows no lead beyond a number, no score and no stage; upper rooms consume its facts.
"""
