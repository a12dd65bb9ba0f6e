"""Thousands of messages through the sandbox while everything goes wrong; then each is accounted for."""
