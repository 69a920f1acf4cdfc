# Types of what a session has.
{ types }:
{
  variables = types.lazyAttrsOf (
    types.nullOr (
      types.oneOf [
        types.str
        types.path
        types.int
        types.float
        types.bool
      ]
    )
  );
}
