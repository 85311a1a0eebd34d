package dev.grapevine.crdt;

import dev.grapevine.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in the order of its keys, as a balanced binary tree (Adelson-Velsky and Landis, 1962) whose versions
 * share all but one path. Holding an old version is what makes the state of one moment free to take, and to hand over in
 * chunks while writes go on. Reads and changes take logarithmic time.
 *
 * @param <V> type of the values
 */
public final class SortedTree<V> {

    private final @Nullable Node<V> root;

    private SortedTree(@Nullable Node<V> root) {
        this.root = root;
    }

    /**
     * The map without entries.
     *
     * @param <V> type of the values
     * @return the map
     */
    public static <V> SortedTree<V> empty() {
        return new SortedTree<>(null);
    }

    /**
     * Number of entries.
     *
     * @return a count
     */
    public int size() {
        return size(root);
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return the value, or null if there is none
     */
    public @Nullable V get(Bytes key) {
        Node<V> node = root;
        while (node != null) {
            int order = key.compareTo(node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /**
     * This map with one key changed.
     *
     * @param key the key
     * @param value its value, or null to leave it out
     * @return the other map; this one stays as it is
     */
    public SortedTree<V> with(Bytes key, @Nullable V value) {
        if (value == null && get(key) == null) {
            return this;
        }
        return new SortedTree<>(value == null ? removed(root, key) : put(root, key, value));
    }

    /**
     * The entries in the order of the keys.
     *
     * @param from first key wanted, or null from the beginning
     * @return an iterator over this version
     */
    public Iterator<Map.Entry<Bytes, V>> iterator(@Nullable Bytes from) {
        return new InOrder<>(root, from);
    }

    /** Height of the tree, for tests of its balance. */
    int height() {
        return height(root);
    }

    private static <V> Node<V> put(@Nullable Node<V> node, Bytes key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return new Node<>(key, value, node.left, node.right);
        }
        return order < 0
                ? balanced(node, put(node.left, key, value), node.right)
                : balanced(node, node.left, put(node.right, key, value));
    }

    private static <V> @Nullable Node<V> removed(@Nullable Node<V> node, Bytes key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.key);
        if (order < 0) {
            return balanced(node, removed(node.left, key), node.right);
        } else if (order > 0) {
            return balanced(node, node.left, removed(node.right, key));
        } else if (node.left == null) {
            return node.right;
        } else if (node.right == null) {
            return node.left;
        }
        Node<V> next = first(node.right);
        return balanced(next, node.left, removed(node.right, next.key));
    }

    private static <V> Node<V> first(Node<V> node) {
        Node<V> first = node;
        while (first.left != null) {
            first = first.left;
        }
        return first;
    }

    /** The entry of a node over two subtrees whose heights differ by at most 2. */
    private static <V> Node<V> balanced(Node<V> entry, @Nullable Node<V> left, @Nullable Node<V> right) {
        if (left != null && height(left) > height(right) + 1) {
            Node<V> inner = left.right;
            return inner == null || height(left.left) >= height(inner)
                    ? left.over(left.left, entry.over(inner, right))
                    : inner.over(left.over(left.left, inner.left), entry.over(inner.right, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            Node<V> inner = right.left;
            return inner == null || height(right.right) >= height(inner)
                    ? right.over(entry.over(left, inner), right.right)
                    : inner.over(entry.over(left, inner.left), right.over(inner.right, right.right));
        }
        return entry.over(left, right);
    }

    private static int height(@Nullable Node<?> node) {
        return node == null ? 0 : node.height;
    }

    private static int size(@Nullable Node<?> node) {
        return node == null ? 0 : node.size;
    }

    private static final class Node<V> implements Map.Entry<Bytes, V> {
        final Bytes key;
        final V value;
        final @Nullable Node<V> left;
        final @Nullable Node<V> right;
        final int height;
        final int size;

        Node(Bytes key, V value, @Nullable Node<V> left, @Nullable Node<V> right) {
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.height = 1 + Math.max(SortedTree.height(left), SortedTree.height(right));
            this.size = 1 + SortedTree.size(left) + SortedTree.size(right);
        }

        Node<V> over(@Nullable Node<V> newLeft, @Nullable Node<V> newRight) {
            return new Node<>(key, value, newLeft, newRight);
        }

        @Override
        public Bytes getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public V setValue(V newValue) {
            throw new UnsupportedOperationException("A version does not change");
        }
    }

    private static final class InOrder<V> implements Iterator<Map.Entry<Bytes, V>> {
        private final ArrayDeque<Node<V>> path = new ArrayDeque<>();

        InOrder(@Nullable Node<V> root, @Nullable Bytes from) {
            Node<V> node = root;
            while (node != null) {
                if (from != null && node.key.compareTo(from) < 0) {
                    node = node.right;
                } else {
                    path.push(node);
                    node = node.left;
                }
            }
        }

        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public Map.Entry<Bytes, V> next() {
            if (path.isEmpty()) {
                throw new NoSuchElementException();
            }
            Node<V> entry = path.pop();
            for (Node<V> node = entry.right; node != null; node = node.left) {
                path.push(node);
            }
            return entry;
        }
    }
}
