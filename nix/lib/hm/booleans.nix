# Booleans in words.
_: {
  yesNo = value: if value then "yes" else "no";
}
