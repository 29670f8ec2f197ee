"""Values of an object that are made when they are first asked for, and then kept."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazily(Generic[T]):  # it stands where a decorator stands
    """As functools.cached_property, which before Python 3.12 holds one lock for all objects while it makes a value.

    There a thread that makes the index of a million ranges would hold up whoever needs that of another three. Here two
    threads that ask at the same time may both make the value: they are equal, and one is kept.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "lazily[T]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object, owner: type) -> "T | lazily[T]":
        if instance is None:
            return self
        value = self._make(instance)
        return instance.__dict__.setdefault(self._name, value)  # type: ignore[no-any-return]
