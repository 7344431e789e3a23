"""Descope as a provider of dstate; the entry point of the group `descope_state.providers`."""

from dstate_descope.plugin import Descope

__all__ = ["Descope"]
