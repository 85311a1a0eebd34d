package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is held of all origins, in their order, in one sorted array. In a large cluster nearly everybody is simply there,
 * alive in its first incarnation: such a member stands here as itself and costs one reference; only of the others there
 * is a {@link MemberRecord}. Looking up begins where an id drawn at random would stand (interpolation search, Perl, Itai
 * and Avni 1978: log log n looks, each of which may miss the cache) and goes on as a binary search, so that ids which somebody chose cost
 * no more than twice that. Adding moves what comes after, 40 KB at most in a table of 10,000, which is faster than keeping
 * a tree.
 */
final class Roster {

    private static final int FIRST_CAPACITY = 16;

    /** Each a {@link Member} that is alive in incarnation 0, or a {@link MemberRecord}. */
    private Object[] entries = new Object[FIRST_CAPACITY];

    private int size;

    /** Who was looked for last, and what came of it: a claim's subject is looked up several times in a step. */
    private @Nullable Origin sought;

    private int found;

    int size() {
        return size;
    }

    /** Where an origin stands, or {@code -(place where it would stand) - 1}. */
    int find(Origin origin) {
        if (!origin.equals(sought)) {
            found = search(origin);
            sought = origin;
        }
        return found;
    }

    private int search(Origin origin) {
        int low = 0;
        int high = size - 1;
        int guess = expected(origin);
        // From the guess in strides that double (galloping, Bentley and Yao 1976): among ids drawn at random it is
        // wrong by
        // half the root of the size as a rule.
        int stride = 1 + (int) Math.sqrt(size) / 4;
        while (low <= high) {
            int order = origin(guess).compareTo(origin);
            if (order == 0) {
                return guess;
            }
            if (order < 0) {
                low = guess + 1;
                guess = Math.min(guess + stride, (low + high) >>> 1);
            } else {
                high = guess - 1;
                guess = Math.max(guess - stride, (low + high) >>> 1);
            }
            stride <<= 1;
        }
        return -low - 1;
    }

    /** Where an origin would stand if all ids were spread evenly; within the entries, or 0 when there are none. */
    private int expected(Origin origin) {
        return (int) (((origin.id().high() >>> 32) * size) >>> 32);
    }

    Origin origin(int place) {
        Object entry = entries[place];
        return entry instanceof MemberRecord record ? record.origin : ((Member) entry).origin();
    }

    /** The record that stands at a place, or null where a member stands that has none. */
    @Nullable MemberRecord recordAt(int place) {
        return entries[place] instanceof MemberRecord record ? record : null;
    }

    /** The member at a place if it is in the view, with or without a record. */
    @Nullable Member presentAt(int place) {
        Object entry = entries[place];
        if (entry instanceof MemberRecord record) {
            return record.isPresent() ? record.member : null;
        }
        return (Member) entry;
    }

    /** A record of what stands at a place, which is not kept here if it was not before. */
    MemberRecord copyAt(int place) {
        Object entry = entries[place];
        return entry instanceof MemberRecord record ? record : MemberRecord.of((Member) entry);
    }

    /** The hash of a present member at a place. */
    long hashAt(int place) {
        Object entry = entries[place];
        return entry instanceof MemberRecord record ? record.hash : ViewHash.hashOf((Member) entry);
    }

    void insert(int place, MemberRecord record) {
        sought = null;
        if (size == entries.length) {
            // By a quarter: a table of thousands should not keep half of its array empty.
            entries = Arrays.copyOf(entries, size + Math.max(FIRST_CAPACITY, size / 4));
        }
        System.arraycopy(entries, place, entries, place + 1, size - place);
        entries[place] = record;
        size++;
    }

    /** Puts a record where a member without one stands. */
    void unfold(int place, MemberRecord record) {
        entries[place] = record;
    }

    /** Puts a member without a record where its record stands, which must say no more than the member does. */
    void fold(int place, Member member) {
        entries[place] = member;
    }

    void remove(int place) {
        sought = null;
        size--;
        System.arraycopy(entries, place + 1, entries, place, size - place);
        Arrays.fill(entries, size, size + 1, null);
    }
}
