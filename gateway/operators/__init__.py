"""Calls to the défi services of operators, each kept from slowing down the rest of the site."""
