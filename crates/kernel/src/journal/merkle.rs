//! The Merkle tree of RFC 6962 §2.1, grown leaf by leaf.

use aws_lc_rs::digest::{Context, SHA256};

/// A node's or leaf's hash.
pub type Hash = [u8; 32];

/// SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    hash(0, &[leaf])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(1, &[left, right])
}

fn hash(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    parts.iter().for_each(|part| context.update(part));
    let mut out = Hash::default();
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The right edge of the tree: the roots of its full subtrees, largest first, one for each set bit of its size.
/// It is all that is needed to add leaves and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    roots: Vec<Hash>,
}

impl Edge {
    /// The edge of a tree with `size` leaves, from [`Edge::bytes`]; `None` when the two do not fit each other.
    pub fn restore(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && roots.len() == size.count_ones() as usize).then(|| Self { size, roots: roots.to_vec() })
    }

    /// The edge as it is stored.
    pub fn bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one of the size is a full subtree as large as the node that has just been completed.
        for _ in 0..self.size.trailing_ones() {
            let left = self.roots.pop().expect("one root for each set bit");
            node = node_hash(&left, &node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root over all leaves; of an empty tree, the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        match roots.next() {
            Some(last) => roots.fold(last, |right, left| node_hash(&left, &right)),
            None => {
                let mut out = Hash::default();
                out.copy_from_slice(Context::new(&SHA256).finish().as_ref());
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 §2.1 as it is written there.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => Edge::default().root(),
            1 => leaves[0],
            n => {
                let k = (n - 1).ilog2();
                let (left, right) = leaves.split_at(1 << k);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn grows_to_the_tree_of_the_definition() {
        let mut edge = Edge::default();
        let mut leaves = Vec::new();
        for n in 0..200_u32 {
            assert_eq!(edge.root(), by_definition(&leaves), "{n} leaves");
            assert_eq!(Edge::restore(edge.size(), &edge.bytes()), Some(edge.clone()));
            leaves.push(leaf_hash(&n.to_be_bytes()));
            edge.push(leaf_hash(&n.to_be_bytes()));
        }
    }

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        let hex: String = Edge::default().root().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
