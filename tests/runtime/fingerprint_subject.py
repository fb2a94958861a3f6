"""A module whose source a fingerprint covers."""


def work(*args, **kwargs):
    return args, kwargs
