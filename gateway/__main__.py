"""The processes of the public site: `python -m gateway web`, and `edge`, which prints nginx's configuration.

It keeps no data, so it has neither worker nor migrations.
"""

from libs.chassis.process import start

if __name__ == "__main__":
    start("gateway.service")
