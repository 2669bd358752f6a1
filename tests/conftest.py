"""Fixtures for all tests: real servers, one set for each test process."""

from libs.chassis.testing.plugin import broker_url, database_url, postgres, rabbitmq

__all__ = ["broker_url", "database_url", "postgres", "rabbitmq"]
