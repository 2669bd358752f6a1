"""The processes of identity: `python -m services.identity web`, `worker`, `migrate`, `keys`, …"""

from libs.chassis.process import start

if __name__ == "__main__":
    start("services.identity.service")
