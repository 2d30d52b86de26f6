//! In which row and beside what each node stands: the longest path, then barycentres.
//!
//! Knows numbers alone: nodes by their places, edges by two of these.

/// Sweeps down and up.
const SWEEPS: usize = 6;

/// A place in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// The node that stands there; `None` where an edge passes.
    pub node: Option<usize>,
    /// Which edge, where one passes.
    pub edge: usize,
    /// Slots of the row above that lead here, by their numbers.
    above: Vec<usize>,
    number: usize,
}

/// The rows from above. `floors`: each node's least row. Rows without anything do not count.
pub(super) fn rows(floors: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<Slot>> {
    let rank = ranks(floors, edges);
    let depth = rank.iter().max().map_or(0, |most| most + 1);
    let mut rows: Vec<Vec<Slot>> = vec![Vec::new(); depth];
    for (node, row) in rank.iter().enumerate() {
        if let Some(row) = rows.get_mut(*row) {
            row.push(Slot { node: Some(node), edge: 0, above: Vec::new(), number: node });
        }
    }
    let mut number = rank.len();
    for (edge, (from, to)) in edges.iter().enumerate() {
        let (Some(first), Some(last)) = (rank.get(*from), rank.get(*to)) else { continue };
        let mut before = *from;
        for row in rows.iter_mut().take(*last).skip(first + 1) {
            row.push(Slot { node: None, edge, above: vec![before], number });
            before = number;
            number += 1;
        }
        let end = rows.get_mut(*last).and_then(|row| row.iter_mut().find(|slot| slot.number == *to));
        if let Some(end) = end.filter(|_| last > first) {
            end.above.push(before);
        }
    }
    ordered(rows)
}

/// The longest path to each node, at least its floor; then without gaps. Bounded where there is a cycle.
fn ranks(floors: &[usize], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut rank = floors.to_vec();
    for _ in 0..rank.len() {
        for (from, to) in edges {
            let least = rank.get(*from).map_or(0, |row| row + 1);
            if let Some(row) = rank.get_mut(*to) {
                *row = least.max(*row);
            }
        }
    }
    let mut used = rank.clone();
    used.sort_unstable();
    used.dedup();
    rank.iter().map(|row| used.iter().position(|one| one == row).unwrap_or(0)).collect()
}

/// The best order that some sweeps find; the earliest of equals, so that what has no reason to move stays.
fn ordered(mut rows: Vec<Vec<Slot>>) -> Vec<Vec<Slot>> {
    let mut best = rows.clone();
    let mut least = crossings(&rows);
    for sweep in 0..SWEEPS {
        if sweep % 2 == 0 {
            down(&mut rows);
        } else {
            up(&mut rows);
        }
        let now = crossings(&rows);
        if now < least {
            (best, least) = (rows.clone(), now);
        }
    }
    best
}

fn down(rows: &mut [Vec<Slot>]) {
    let mut above: Vec<usize> = Vec::new();
    for row in rows {
        sort(row, |slot| mean(slot.above.iter().filter_map(|one| place(&above, *one))));
        above = row.iter().map(|slot| slot.number).collect();
    }
}

fn up(rows: &mut [Vec<Slot>]) {
    let mut below: Vec<Slot> = Vec::new();
    for row in rows.iter_mut().rev() {
        sort(row, |slot| {
            let leads = below.iter().enumerate().filter(|(_, one)| one.above.contains(&slot.number));
            mean(leads.map(|(place, _)| place))
        });
        below.clone_from(row);
    }
}

/// Stable; what is connected to nothing there keeps its place.
fn sort(row: &mut Vec<Slot>, centre: impl Fn(&Slot) -> Option<f64>) {
    #[allow(clippy::cast_precision_loss, reason = "some slots of a row")]
    let mut keyed: Vec<(f64, Slot)> =
        row.drain(..).enumerate().map(|(at, slot)| (centre(&slot).unwrap_or(at as f64), slot)).collect();
    keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
    row.extend(keyed.into_iter().map(|(_, slot)| slot));
}

#[allow(clippy::cast_precision_loss, reason = "some slots of a row")]
fn mean(places: impl Iterator<Item = usize>) -> Option<f64> {
    let (sum, count) = places.fold((0, 0), |(sum, count), place| (sum + place, count + 1));
    (count > 0).then(|| sum as f64 / count as f64)
}

fn place(row: &[usize], number: usize) -> Option<usize> {
    row.iter().position(|one| *one == number)
}

/// Pairs of edges between neighbouring rows that cross.
fn crossings(rows: &[Vec<Slot>]) -> usize {
    let mut count = 0;
    for (upper, lower) in rows.iter().zip(rows.iter().skip(1)) {
        let upper: Vec<usize> = upper.iter().map(|slot| slot.number).collect();
        let mut links: Vec<(usize, usize)> = Vec::new();
        for (to, slot) in lower.iter().enumerate() {
            links.extend(slot.above.iter().filter_map(|from| Some((place(&upper, *from)?, to))));
        }
        for (at, one) in links.iter().enumerate() {
            let cross = |other: &&(usize, usize)| {
                (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1)
            };
            count += links.iter().skip(at + 1).filter(cross).count();
        }
    }
    count
}

#[cfg(test)]
mod tests;
