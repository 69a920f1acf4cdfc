# Sets that say what they are by `_type`.
_: {
  isType = type: value: (value._type or "") == type;
  setType = type: value: value // { _type = type; };
}
