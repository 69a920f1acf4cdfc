//! The system calls that are not for a container.
//!
//! The programs inside have the terminal of the person outside. By the ioctls
//! `TIOCSTI` and `TIOCLINUX` they could type into it, and what they type would
//! be read by the shell outside when the container is gone. bubblewrap's
//! `--new-session` keeps them from it and breaks job control; a filter does not.

/// `TIOCSTI`: a character as if it were typed.
const TIOCSTI: u32 = 0x5412;

/// `TIOCLINUX`: copy and paste, on a virtual console.
const TIOCLINUX: u32 = 0x541c;

/// The architectures whose calls a kernel may take, by the machine that nhmt
/// was built for: `AUDIT_ARCH_…`, and the numbers of ioctl(2).
#[cfg(target_arch = "x86_64")]
const CALLS: &[(u32, &[u32])] = &[
    (0xc000_003e, &[16, 0x4000_0000 + 514]),
    (0x4000_0003, &[54]),
];
#[cfg(target_arch = "aarch64")]
const CALLS: &[(u32, &[u32])] = &[(0xc000_00b7, &[29]), (0x4000_0028, &[54])];
#[cfg(target_arch = "riscv64")]
const CALLS: &[(u32, &[u32])] = &[(0xc000_00f3, &[29])];
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
)))]
const CALLS: &[(u32, &[u32])] = &[];

/// Offsets in the kernel's `seccomp_data`: the number of the call, the
/// architecture, and the lower half of the second argument.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const REQUEST: u32 = 24;

/// Load a word; jump if equal; return.
const LOAD: u16 = 0x20;
const EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// The call goes on; the call fails with EPERM.
const ALLOW: u32 = 0x7fff_0000;
const REFUSE: u32 = 0x0005_0001;

/// The filter as seccomp(2) takes it, or `None` for a machine whose numbers
/// are not known here.
#[must_use]
pub fn filter() -> Option<Vec<u8>> {
    if CALLS.is_empty() {
        return None;
    }
    let mut program = Vec::new();
    for (architecture, numbers) in CALLS {
        let first = program.len();
        program.push(Step::load(ARCHITECTURE));
        // To the next architecture; the distance is known below.
        program.push(Step::equal(*architecture, 0, 0));
        program.push(Step::load(NUMBER));
        for (place, number) in numbers.iter().enumerate() {
            // Over the other numbers, and the step that lets the rest go on.
            let over = numbers.len() - place;
            program.push(Step::equal(*number, over, 0));
        }
        program.push(Step::end(ALLOW));
        program.push(Step::load(REQUEST));
        program.push(Step::equal(TIOCSTI, 1, 0));
        program.push(Step::equal(TIOCLINUX, 0, 1));
        program.push(Step::end(REFUSE));
        program.push(Step::end(ALLOW));
        let next = program.len() - (first + 2);
        program[first + 1] = Step::equal(*architecture, 0, next);
    }
    program.push(Step::end(ALLOW));
    Some(program.iter().flat_map(Step::bytes).collect())
}

/// One instruction.
struct Step {
    code: u16,
    yes: u8,
    no: u8,
    value: u32,
}

impl Step {
    fn load(offset: u32) -> Self {
        Self::new(LOAD, 0, 0, offset)
    }

    fn equal(value: u32, yes: usize, no: usize) -> Self {
        let distance = |steps| u8::try_from(steps).expect("the filter is short");
        Self::new(EQUAL, distance(yes), distance(no), value)
    }

    fn end(verdict: u32) -> Self {
        Self::new(RETURN, 0, 0, verdict)
    }

    fn new(code: u16, yes: u8, no: u8, value: u32) -> Self {
        Self {
            code,
            yes,
            no,
            value,
        }
    }

    fn bytes(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        bytes[..2].copy_from_slice(&self.code.to_ne_bytes());
        bytes[2..4].copy_from_slice(&[self.yes, self.no]);
        bytes[4..].copy_from_slice(&self.value.to_ne_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the filter as the kernel would.
    fn verdict(program: &[u8], architecture: u32, number: u32, request: u32) -> u32 {
        let (mut at, mut word) = (0, 0);
        loop {
            let step: [u8; 8] = program[at * 8..][..8].try_into().unwrap();
            let value = u32::from_ne_bytes(step[4..].try_into().unwrap());
            at += 1;
            match u16::from_ne_bytes([step[0], step[1]]) {
                LOAD => {
                    word = match value {
                        NUMBER => number,
                        ARCHITECTURE => architecture,
                        REQUEST => request,
                        other => panic!("offset {other}"),
                    }
                }
                EQUAL => at += usize::from(if word == value { step[2] } else { step[3] }),
                RETURN => return value,
                other => panic!("code {other}"),
            }
        }
    }

    #[test]
    fn typing_into_the_terminal_is_refused_and_nothing_else() {
        let Some(program) = filter() else { return };
        for (architecture, numbers) in CALLS {
            for number in *numbers {
                let of = |request| verdict(&program, *architecture, *number, request);
                assert_eq!([of(TIOCSTI), of(TIOCLINUX)], [REFUSE; 2]);
                // TCGETS, TIOCSCTTY, TIOCGPGRP
                assert_eq!([of(0x5401), of(0x540e), of(0x540f)], [ALLOW; 3]);
            }
            assert_eq!(verdict(&program, *architecture, 1, TIOCSTI), ALLOW);
        }
        assert_eq!(verdict(&program, 0x1234, 16, TIOCSTI), ALLOW);
    }
}
