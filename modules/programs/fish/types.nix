# Types of what programs.fish holds.
{ lib }:
let
  inherit (lib) mkOption types;
  inherit (types)
    either
    int
    listOf
    nullOr
    str
    ;
  optional =
    type: description:
    mkOption {
      type = nullOr type;
      default = null;
      inherit description;
    };
in
{
  function = types.submodule {
    options = {
      body = mkOption {
        type = types.lines;
        description = "The commands.";
      };
      argumentNames = optional (either str (listOf str)) "Names of the arguments.";
      description = optional str "What completion says of it.";
      wraps = optional str "The command whose completions it has.";
      onEvent = optional (either str (listOf str)) "Events that call it.";
      onVariable = optional str "A variable whose change calls it.";
      onJobExit = optional (either str int) "A job whose end calls it.";
      onProcessExit = optional (either str int) "A process whose end calls it.";
      onSignal = optional (either str int) "A signal that calls it.";
      noScopeShadowing = mkOption {
        type = types.bool;
        default = false;
        description = "Whether it sees the variables of its caller.";
      };
      inheritVariable = optional str "A variable that it keeps the value of.";
    };
  };
  completion = types.submodule {
    options.body = mkOption {
      type = types.lines;
      description = "The lines of the file.";
    };
  };
  abbreviation = types.submodule {
    options = {
      name = optional str "The word, when it is not the attribute's name.";
      expansion = optional str "What takes its place.";
      position = optional str "command, or anywhere.";
      regex = optional str "A pattern instead of the name.";
      command = optional (either str (listOf str)) "The commands whose arguments it is replaced in.";
      setCursor = mkOption {
        type = either types.bool str;
        default = false;
        description = "Whether a mark in the expansion (`%`, or this) says where the cursor goes.";
      };
      function = optional str "A function that gives the expansion.";
    };
  };
  bind = types.submodule {
    options = {
      name = optional str "The key, when it is not the attribute's name.";
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether it is bound.";
      };
      mode = optional str "The mode that it is bound in.";
      command = optional (either str (listOf str)) "The commands.";
      setsMode = optional str "The mode afterwards.";
      erase = mkOption {
        type = types.bool;
        default = false;
        description = "Whether a binding of the key goes first.";
      };
      silent = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the change of mode shows nothing.";
      };
      repaint = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the prompt is drawn anew.";
      };
      operate = optional (types.enum [
        "preset"
        "user"
      ]) "Which bindings are meant.";
    };
  };
  plugin = types.submodule {
    options = {
      src = mkOption {
        type = types.path;
        description = "The plugin's directory.";
      };
      name = mkOption {
        type = str;
        description = "The plugin's name.";
      };
    };
  };
}
