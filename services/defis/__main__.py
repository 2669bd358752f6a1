"""The processes of one operator's défi service: `python -m services.defis web`, `worker` or `migrate`."""

from libs.chassis.process import start

if __name__ == "__main__":
    start("services.defis.service")
