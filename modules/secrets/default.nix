# home.secrets: files that age has encrypted, decrypted into memory when the
# home is activated.
{
  config,
  lib,
  nhmtLib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  inherit (nhmtLib) locations sources targets;
  home = config.home.homeDirectory;
  settings = config.nhmt.secrets;
  secrets = lib.filterAttrs (_: s: s.enable) config.home.secrets;

  places = locations.entries options.home.secrets.definitionsWithLocations;
  full = name: "home.secrets.${builtins.toJSON name}";
  shown = name: locations.show (places.${name} or [ ]);
  declaredIn = name: [ (full name) ] ++ map locations.record (places.${name} or [ ]);
  fail =
    name: what: remedy:
    throw "${what} in ${full name} at ${shown name}\n  ${remedy}";

  file =
    name: path:
    let
      missing = sources.missing (full name) (shown name);
    in
    # What is no ciphertext would be in the store before anybody looked at it.
    if !(lib.hasSuffix ".age" (toString path)) then
      fail name "the file ${toString path}, which does not end in .age"
        "It would be copied to the Nix store, where all users can read it. Encrypt it with age, and name it so."
    else
      sources.toStore missing path;

  identity =
    path:
    if lib.hasPrefix "${builtins.storeDir}/" (toString path) then
      throw ''
        a key in the Nix store: ${toString path} in nhmt.secrets.identities at ${locations.show (map locations.definition options.nhmt.secrets.identities.definitionsWithLocations)}
          All users of the machine can read it there. Write the path where it lies as a string.''
    else
      toString path;

  entry = name: s: {
    file = file name s.file;
    mode =
      if builtins.match "0?[4-7][0-7][0-7]" s.mode != null then
        s.mode
      else
        fail name "the mode \"${s.mode}\""
          "Write octal digits such as \"0400\"; the owner has to be able to read.";
    declaredIn = declaredIn name;
  };

  # The managed files that are a secret as it is.
  targeted = name: s: {
    full = full name;
    shown = shown name;
    name = targets.relative {
      inherit home;
      base = home;
    } (full name) (shown name) s.target;
    value = {
      secret = name;
      executable = null;
      inherit (s) force;
      declaredIn = declaredIn name;
    }
    // lib.optionalAttrs (s.onChange != "") { onChange = config.nhmt.hookText s.onChange; };
  };
in
{
  options = {
    home.secrets = mkOption {
      type = types.attrsOf (import ./secret-type.nix { inherit lib home; });
      default = { };
      example = lib.literalExpression ''
        {
          mail = { file = ./mail.age; target = ".config/mail/password"; };
        }
      '';
      description = "Files that are encrypted by age, by names of letters, digits and `._+@-`.";
    };

    nhmt.secrets = {
      identities = mkOption {
        type = types.nullOr (types.listOf (types.either types.path types.str));
        default = null;
        defaultText = lib.literalExpression ''[ "~/.ssh/id_ed25519" "~/.ssh/id_rsa" "~/.config/age/keys.txt" ]'';
        example = [ "~/.ssh/id_ed25519" ];
        description = ''
          The files with keys that decrypt: private keys of ssh, or what age-keygen writes; absolute, or below
          `~/`. One that does not exist is passed over.
        '';
      };
      directory = mkOption {
        type = types.nullOr types.path;
        default = null;
        defaultText = lib.literalExpression "$XDG_RUNTIME_DIR, else /run/user/UID";
        apply = path: if path == null then null else toString path;
        description = "The directory in memory that secrets are decrypted into. It is made when its parent is there.";
      };
      allowDisk = mkOption {
        type = types.bool;
        default = false;
        description = "Whether that directory may be on a disk, where deleted secrets can be found again.";
      };
    };

    nhmt.secretsManifest = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = "What the manifest has of secrets.";
    };
  };

  config.nhmt.secretsManifest = {
    isEmpty = secrets == { };
    files = lib.mapAttrsToList targeted (lib.filterAttrs (_: s: s.target != null) secrets);
    value = {
      files = lib.mapAttrs entry secrets;
    }
    // lib.optionalAttrs (settings.identities != null) {
      identities = map identity settings.identities;
    }
    // lib.optionalAttrs (settings.directory != null) { inherit (settings) directory; }
    // lib.optionalAttrs settings.allowDisk { allowDisk = true; };
  };
}
