//! The script that stands in a program's place.

use super::Settings;
use crate::tree::shell::quoted;

/// The script that starts `program` as `settings` say.
pub(super) fn text(shell: &str, program: &[u8], settings: &Settings) -> Vec<u8> {
    let mut text = format!("#!{shell}\n").into_bytes();
    for variable in &settings.env {
        let name = &variable.name;
        match &variable.value {
            Some(value) => {
                let value = quoted(value.as_bytes());
                if variable.force {
                    text.extend(format!("{name}=").bytes());
                } else {
                    // As `--set-default`: one that is set to nothing is set.
                    text.extend(format!("[ -n \"${{{name}+x}}\" ] || {name}=").bytes());
                }
                text.extend(value);
                text.extend(format!("\nexport {name}\n").bytes());
            }
            None if variable.force => text.extend(format!("unset {name}\n").bytes()),
            None => {}
        }
    }
    if !settings.path_add.is_empty() {
        let added = quoted(settings.path_add.join(":").as_bytes());
        // One wrapped program that starts another must not make PATH longer.
        text.extend(b"case \"${PATH-}:\" in ");
        text.extend(&added);
        text.extend(b":*) ;; *) PATH=");
        text.extend(&added);
        text.extend(b"\"${PATH:+:$PATH}\"; export PATH ;; esac\n");
    }
    text.extend(b"exec ");
    text.extend(quoted(program));
    for flag in &settings.prepend_flags {
        text.push(b' ');
        text.extend(quoted(flag.as_bytes()));
    }
    text.extend(b" \"$@\"");
    for flag in &settings.append_flags {
        text.push(b' ');
        text.extend(quoted(flag.as_bytes()));
    }
    text.push(b'\n');
    text
}
