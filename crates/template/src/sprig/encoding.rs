//! Encodings and checksums.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha512};

use crate::library::P::Str;
use crate::library::{Call, Function, Outcome, f};

pub(crate) static TABLE: &[Function] = &[
    f("b64enc", &[Str], |call| call.text(STANDARD.encode(call.str(0)))),
    f("b64dec", &[Str], b64dec),
    f("b32enc", &[Str], |call| call.text(base32(call.str(0).as_bytes()))),
    f("b32dec", &[Str], b32dec),
    f("sha256sum", &[Str], |call| call.text(hex(&Sha256::digest(call.str(0))))),
    f("sha512sum", &[Str], |call| call.text(hex(&Sha512::digest(call.str(0))))),
    f("sha1sum", &[Str], |call| call.text(hex(&sha1(call.str(0).as_bytes())))),
    f("adler32sum", &[Str], |call| call.text(adler32(call.str(0).as_bytes()).to_string())),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn b64dec(call: &mut Call<'_>) -> Outcome {
    let text: String = call.str(0).chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match STANDARD.decode(&text) {
        Ok(bytes) => call.text(String::from_utf8_lossy(&bytes).into_owned()),
        // Sprig gives the error as text.
        Err(_) => {
            let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
            let at = text.bytes().position(|b| !good(&b)).unwrap_or(text.len() / 4 * 4);
            call.text(format!("illegal base64 data at input byte {at}"))
        }
    }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let bits =
            chunk.iter().fold(0u64, |bits, b| bits << 8 | u64::from(*b)) << (8 * (5 - chunk.len()));
        let digits = (chunk.len() * 8).div_ceil(5);
        for i in 0..8 {
            let digit = BASE32[(bits >> (35 - 5 * i) & 31) as usize];
            out.push(if i < digits { digit as char } else { '=' });
        }
    }
    out
}

fn b32dec(call: &mut Call<'_>) -> Outcome {
    let text: String = call.str(0).chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let digits = text.trim_end_matches('=');
    let (mut bits, mut count, mut out) = (0u64, 0, Vec::new());
    for (at, b) in digits.bytes().enumerate() {
        let Some(value) = BASE32.iter().position(|d| *d == b) else {
            return call.text(format!("illegal base32 data at input byte {at}"));
        };
        bits = bits << 5 | value as u64;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    if !text.len().is_multiple_of(8) {
        return call.text(format!("illegal base32 data at input byte {}", text.len() / 8 * 8));
    }
    call.text(String::from_utf8_lossy(&out).into_owned())
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

/// SHA-1, for names and labels alone: FIPS 180-4.
fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut message = bytes.to_vec();
    message.push(0x80);
    message.resize((message.len() + 8).div_ceil(64) * 64 - 8, 0);
    message.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in message.chunks(64) {
        let mut words: Vec<u32> =
            block.chunks(4).map(|w| w.iter().fold(0, |n, b| n << 8 | u32::from(*b))).collect();
        for i in 16..80 {
            words
                .push((words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in words.iter().enumerate() {
            let (mix, constant) = match i / 20 {
                0 => (b & c | !b & d, 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(mix)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d, e]) {
            *total = total.wrapping_add(part);
        }
    }
    state.iter().flat_map(|n| n.to_be_bytes()).collect()
}
