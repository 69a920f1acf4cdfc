# Applications in menus.
# https://specifications.freedesktop.org/desktop-entry-spec/1.5/
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  entries = config.xdg.desktopEntries;

  maybe =
    type: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit description;
    };
  icon = maybe (types.either types.str types.path) "The icon: a name in the icon theme, or a file.";
  exec = maybe types.str "The command line, with field codes such as `%u`.";

  actionType =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
          defaultText = lib.literalExpression "name";
          description = "What the action is called.";
        };
        inherit exec icon;
      };
    };
  entry = {
    imports = [
      (lib.mkRemovedOptionModule [ "extraConfig" ] "Use `settings', or write the file by xdg.dataFile.")
      (lib.mkRemovedOptionModule [ "fileValidation" ] "nhmt has no validation to turn off.")
    ];
    options = {
      name = mkOption {
        type = types.str;
        example = "Firefox";
        description = "What the application is called.";
      };
      type = mkOption {
        type = types.enum [
          "Application"
          "Link"
          "Directory"
        ];
        default = "Application";
        description = "What the entry stands for.";
      };
      inherit exec icon;
      comment = maybe types.str "What menus say about it.";
      genericName = maybe types.str "What it is in general, such as Web Browser.";
      terminal = mkOption {
        type = types.nullOr types.bool;
        default = false;
        description = "Whether it runs in a terminal.";
      };
      mimeType = maybe (types.listOf types.str) "The types that it opens.";
      categories = maybe (types.listOf types.str) "The menus that it is in.";
      startupNotify = maybe types.bool "Whether it says that it has started.";
      noDisplay = maybe types.bool "Whether menus leave it out.";
      prefersNonDefaultGPU = maybe types.bool "Whether it had better run on the faster graphics processor.";
      settings = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          Keywords = "calc;math;";
        };
        description = "Further keys; they outrank those above.";
      };
      actions = mkOption {
        type = types.attrsOf (types.submodule actionType);
        default = { };
        example = {
          new-window = {
            name = "New Window";
            exec = "firefox --new-window %u";
          };
        };
        description = "What else the entry offers, by identifier.";
      };
      assertions = mkOption {
        type = types.listOf types.unspecified;
        default = [ ];
        internal = true;
        description = "Conditions that must hold.";
      };
    };
  };

  # Values of type string and localestring; the reader undoes it.
  text = builtins.replaceStrings [ "\\" "\n" "\t" "\r" ] [ "\\\\" "\\n" "\\t" "\\r" ];
  list = lib.concatMapStrings (item: lib.escape [ ";" ] (text item) + ";");
  # An identifier has letters, digits and hyphens; Home Manager takes others too.
  identifier =
    name: lib.concatStrings (builtins.filter builtins.isString (builtins.split "[^A-Za-z0-9-]+" name));
  keys = lib.filterAttrs (_: v: v != null);
  optional = f: v: if v == null then null else f v;
  main =
    e:
    keys {
      Type = e.type;
      # That of the specification which the keys below are in.
      Version = "1.4";
      Name = text e.name;
      Exec = optional text e.exec;
      Icon = optional (v: text "${v}") e.icon;
      Comment = optional text e.comment;
      GenericName = optional text e.genericName;
      # Only for what is started.
      Terminal = if e.type == "Application" then e.terminal else null;
      MimeType = optional list e.mimeType;
      Categories = optional list e.categories;
      StartupNotify = e.startupNotify;
      NoDisplay = e.noDisplay;
      PrefersNonDefaultGPU = e.prefersNonDefaultGPU;
      Actions = if e.actions == { } then null else list (map identifier (builtins.attrNames e.actions));
    }
    // e.settings;
  action =
    a:
    keys {
      Name = text a.name;
      Exec = optional text a.exec;
      Icon = optional (v: text "${v}") a.icon;
    };
  group =
    name: values:
    "[${name}]\n"
    + lib.concatStrings (
      lib.mapAttrsToList (
        key: v: "${key}=${if builtins.isBool v then lib.boolToString v else v}\n"
      ) values
    );
  # The group of the entry has to be the first.
  file =
    e:
    lib.concatStringsSep "\n" (
      [ (group "Desktop Entry" (main e)) ]
      ++ lib.mapAttrsToList (name: a: group "Desktop Action ${identifier name}" (action a)) e.actions
    );
in
{
  options.xdg.desktopEntries = mkOption {
    type = types.attrsOf (types.submodule entry);
    default = { };
    example = {
      firefox = {
        name = "Firefox";
        exec = "firefox %U";
        categories = [
          "Network"
          "WebBrowser"
        ];
        mimeType = [ "text/html" ];
      };
    };
    description = "Entries of application menus, by the name of their file without `.desktop`. They outrank those of packages and of the system.";
  };

  config = lib.mkIf (entries != { }) {
    assertions = lib.concatMap (e: e.assertions) (builtins.attrValues entries);
    xdg.dataFile = lib.mapAttrs' (
      name: e: lib.nameValuePair "applications/${name}.desktop" { text = file e; }
    ) entries;
  };
}
