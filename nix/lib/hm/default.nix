# What Home Manager adds to the library as `lib.hm`, with its names and
# meanings.
{ lib }:
let
  # Of Home Manager's own library, when it is that.
  known = lib.hm or { };
  # As there, its functions find each other in the library.
  withHm = lib // {
    inherit hm;
  };
  part = file: import file { lib = withHm; };

  hm = {
    assertions = part ./assertions.nix;
    booleans = part ./booleans.nix;
    dag = part ./dag.nix;
    darwin = part ./darwin.nix;
    deprecations = part ./deprecations.nix;
    generators = part ./generators;
    git = part ./git.nix;
    gvariant = part ./gvariant.nix;
    # A list of people that nothing here reads.
    maintainers = { };
    mcp = part ./mcp.nix;
    nushell = part ./nushell.nix;
    shell = part ./shell.nix;
    strings = part ./strings.nix;
    types = part ./types.nix;
    zsh = part ./zsh.nix;
  }
  // known
  // {
    # nhmt's, which know where an entry was written.
    dag = part ./dag.nix;
    types = known.types or { } // part ./types.nix;
  };
in
hm
