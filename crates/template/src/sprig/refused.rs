//! Functions whose result no second run repeats, and those that are not evaluated here: naming them keeps a
//! template readable that never calls them.

use crate::library::P::Anys;
use crate::library::{Function, f, undetermined};

macro_rules! refused {
    ($($name:literal)*) => { &[$(f($name, &[Anys], undetermined)),*] };
}

pub(crate) static TABLE: &[Function] = refused!(
    // The clock, and zones of the machine.
    "ago" "date" "date_in_zone" "date_modify" "dateInZone" "dateModify" "htmlDate" "htmlDateInZone"
    "must_date_modify" "mustDateModify" "mustToDate" "now" "toDate" "unixEpoch" "duration" "durationRound"
    // Random numbers.
    "randAlphaNum" "randAlpha" "randAscii" "randNumeric" "randInt" "randBytes" "shuffle" "uuidv4"
    // Keys, certificates and salted hashes.
    "bcrypt" "htpasswd" "genPrivateKey" "derivePassword" "buildCustomCert" "genCA" "genCAWithKey"
    "genSelfSignedCert" "genSelfSignedCertWithKey" "genSignedCert" "genSignedCertWithKey" "encryptAES"
    "decryptAES"
    "semver" "semverCompare"
);
