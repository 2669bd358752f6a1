"""The processes of consultation: `python -m services.consultation web`, `worker` or `migrate`."""

from libs.chassis.process import start

if __name__ == "__main__":
    start("services.consultation.service")
