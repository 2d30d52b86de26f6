//! Small graphs, and the rows that they get.

use super::*;

/// Nodes by number, `-` where an edge passes.
fn drawn(floors: &[usize], edges: &[(usize, usize)]) -> Vec<String> {
    let slot = |slot: &Slot| slot.node.map_or("-".to_owned(), |node| node.to_string());
    rows(floors, edges).iter().map(|row| row.iter().map(slot).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn rows_are_longest_paths_over_their_floors_without_gaps() {
    for (floors, edges, want) in [
        (&[0, 0, 0][..], &[(0, 1), (1, 2), (0, 2)][..], &["0", "1 -", "2"][..]),
        (&[0, 4, 9], &[(0, 1)], &["0", "1", "2"]),
        (&[0, 0], &[], &["0 1"]),
        (&[], &[], &[]),
        // One that spans three rows passes two of them.
        (&[0, 1, 2, 3], &[(0, 3), (0, 1), (1, 2)], &["0", "1 -", "2 -", "3"]),
        // What names nothing is passed over.
        (&[0, 1], &[(0, 7), (9, 1)], &["0", "1"]),
    ] {
        assert_eq!(drawn(floors, edges), want, "{floors:?} {edges:?}");
    }
}

#[test]
fn few_edges_cross_and_what_needs_not_move_stays() {
    assert_eq!(drawn(&[0, 0, 1, 1], &[(0, 3), (1, 2)]), ["0 1", "3 2"]);
    assert_eq!(drawn(&[0, 0, 1, 1], &[(0, 2), (1, 3)]), ["0 1", "2 3"]);
    let tangled = [(0, 7), (1, 6), (2, 5), (3, 4), (0, 6), (3, 5)];
    let rows = rows(&[0, 0, 0, 0, 1, 1, 1, 1], &tangled);
    assert_eq!(crossings(&rows), 0, "{rows:?}");
}

#[test]
fn a_cycle_ends_as_well() {
    assert_eq!(rows(&[0, 0, 0], &[(0, 1), (1, 2), (2, 0), (1, 1)]).iter().map(Vec::len).sum::<usize>(), 3);
}
