# One secret: the type of an entry of home.secrets.
{ lib, home }:
let
  inherit (lib) mkOption types;
in
types.submodule (
  { name, ... }:
  {
    options = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether this secret is decrypted.";
      };
      file = mkOption {
        type = types.path;
        example = lib.literalExpression "./mail.age";
        description = "The encrypted file, whose name ends in `.age`. It is copied to the store as it is, encrypted.";
      };
      target = mkOption {
        type = types.nullOr types.nonEmptyStr;
        default = null;
        example = ".config/mail/password";
        description = "A place in the home that leads to the secret; null for none.";
      };
      mode = mkOption {
        type = types.str;
        default = "0400";
        description = "The mode of the file in memory, in octal. The directory around it is its owner's alone.";
      };
      force = mkOption {
        type = types.bool;
        default = false;
        description = "Move whatever is in the way at {option}`target` to the backups, without asking.";
      };
      onChange = mkOption {
        type = types.lines;
        default = "";
        description = "A script that runs after a switch that changed the secret at {option}`target`.";
      };
      path = mkOption {
        type = types.str;
        readOnly = true;
        default = "${home}/.local/state/nhmt/current/secrets/${name}";
        defaultText = lib.literalExpression "~/.local/state/nhmt/current/secrets/NAME";
        description = "Where programs find the secret, whatever the session: a path for other options.";
      };
      placeholder = mkOption {
        type = types.str;
        readOnly = true;
        default = "{{nhmt-secret:${name}}}";
        defaultText = lib.literalExpression "\"{{nhmt-secret:NAME}}\"";
        description = ''
          What stands for the secret in a {option}`text` or {option}`value` of `home.file` and its relatives. The
          file is then made in memory when the home is activated, and its place leads there.
        '';
      };
    };
  }
)
