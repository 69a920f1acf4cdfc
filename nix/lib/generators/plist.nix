# Property lists, as macOS has them.
{ lib }:
let
  inherit (builtins)
    concatLists
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    ;
in
{
  toPlist =
    {
      escape ? false,
    }:
    v:
    let
      text = if escape then lib.escapeXML else lib.id;
      element = name: content: "<${name}>${content}</${name}>";
      block =
        indent: name: lines:
        [ "${indent}<${name}>" ] ++ lines ++ [ "${indent}</${name}>" ];
      # Nothing in it is an empty line.
      orEmpty = lines: if lines == [ ] then [ "" ] else lines;

      pair =
        indent: name: x:
        lib.optionals (name != "_module" && x != null) (
          [ "${indent}${element "key" (text name)}" ] ++ go indent x
        );
      # indent -> value -> lines
      go =
        indent: x:
        if x == null then
          [ "" ]
        else if isBool x then
          [ (indent + (if x then "<true/>" else "<false/>")) ]
        else if isInt x then
          [ (indent + element "integer" (toString x)) ]
        else if isFloat x then
          [ (indent + element "real" (toString x)) ]
        else if isString x || isPath x then
          [ (indent + element "string" (text (toString x))) ]
        else if isList x then
          block indent "array" (orEmpty (builtins.concatMap (go "\t${indent}") x))
        else if isAttrs x then
          block indent "dict" (orEmpty (concatLists (lib.mapAttrsToList (pair "\t${indent}") x)))
        else
          abort "generators.toPlist: a value of an unknown type: ${x}";
    in
    lib.concatStringsSep "\n" (
      [
        ''<?xml version="1.0" encoding="UTF-8"?>''
        ''<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">''
        ''<plist version="1.0">''
      ]
      ++ go "" v
      ++ [ "</plist>" ]
    );
}
