//! Weighs a change and decides which wave may take it.
//!
//! [`weigh`] gives every cause a score in every environment it reaches: a product of factors that is told
//! as a sum of decibels. [`decide`] asks for each wave what reaches it, and whether something else than
//! the score stands in its way. Weights are data, in `schemas/tables/risk.yaml`.

mod causes;
mod critical;
mod decide;
mod factors;
mod harm;
mod input;
mod reach;
mod table;

pub use causes::weigh;
pub use decide::decide;
pub use factors::combine;
pub use input::Input;
