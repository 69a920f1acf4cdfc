# Where nhmt's options differ from Home Manager's on purpose: the beginning of
# an option's name -> why.
let
  either = "nhmt has `text', `source' and `format' with `value' side by side, so that none needs to be set";
  name = "the entry's name is taken when it is null, and entries share one declaration";
  files = builtins.listToAttrs (
    builtins.concatMap (option: [
      { name = "${option}.<name>.source"; value = either; }
      { name = "${option}.<name>.target"; value = name; }
    ]) [ "home.file" "xdg.cacheFile" "xdg.configFile" "xdg.dataFile" "xdg.stateFile" ]
  );
  package = "null unless a package set was given, so that a home needs no nixpkgs";
  value = "the type of a file's format is nixpkgs' there";
in
files
// {
  "home.packages" = "takes paths of one's own packages, too";
  "home.path" = "any value, in other words";
  "home.activationPackage" = "a derivation, which is looked at when it is used";
  "home.stateVersion" = "nhmt needs it for little, and knows no list of releases";
  "home.pointerCursor.package" = package;
  "xdg.mime.desktopFileUtilsPackage" = package;
  "xdg.mime.sharedMimeInfoPackage" = package;
  "fonts.fontconfig.configFile.<name>.settings" = value;
  "fonts.fontconfig.configFile.<name>.source" = either;
  "systemd.user.settings" = value;
  "i18n.glibcLocales" = package;
  "home.sessionVariablesPackage" = "a derivation, which is looked at when it is used";
  "targets.genericLinux.gpu" = "drivers are set up by the superuser, for which nhmt has no program";
  "home.sessionVariableSetter" = "removed there";
  "nix.gc.frequency" = "renamed there";
  "news.json.output" = "nhmt has no news";
  "news.entries.*.condition" = "any value, in other words";
  "programs.home-manager.package" = "nhmt is installed by itself";
}
