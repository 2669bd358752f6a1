"""The processes of notifications: `python -m services.notifications web`, `worker` or `migrate`."""

from libs.chassis.process import start

if __name__ == "__main__":
    start("services.notifications.service")
