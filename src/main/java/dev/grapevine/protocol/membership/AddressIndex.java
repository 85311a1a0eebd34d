package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import org.jspecify.annotations.Nullable;

/**
 * Who is present at an address: a hash table with linear probing over the members themselves, two references a member.
 * It is never iterated, so that the order of hashes shows nowhere.
 */
final class AddressIndex {

    private @Nullable Member[] slots = new @Nullable Member[32];
    private int size;

    @Nullable Member get(Address address) {
        return slots[slotOf(address)];
    }

    /** Who was at the member's address gives way. */
    void put(Member member) {
        int slot = slotOf(member.address());
        if (slots[slot] == null && ++size > slots.length / 2) {
            grow();
            slot = slotOf(member.address());
        }
        slots[slot] = member;
    }

    /** Removes whoever is at the address, if it is this life of this member. */
    void remove(Member member) {
        int slot = slotOf(member.address());
        Member held = slots[slot];
        if (held == null || !held.origin().equals(member.origin())) {
            return;
        }
        size--;
        slots[slot] = null;
        // Whoever stood behind and was pushed there by the one that went moves up, or it would not be found again.
        for (int next = after(slot); slots[next] != null; next = after(next)) {
            Member moved = slots[next];
            slots[next] = null;
            if (moved != null) {
                slots[slotOf(moved.address())] = moved;
            }
        }
    }

    private void grow() {
        @Nullable Member[] old = slots;
        slots = new @Nullable Member[old.length * 2];
        for (Member member : old) {
            if (member != null) {
                slots[slotOf(member.address())] = member;
            }
        }
    }

    /** Where the address stands, or the free slot where it would. */
    private int slotOf(Address address) {
        int slot = mixed(address.hashCode()) & (slots.length - 1);
        for (Member held = slots[slot]; held != null && !held.address().equals(address); held = slots[slot]) {
            slot = after(slot);
        }
        return slot;
    }

    private int after(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    /** Ports in a row would fill slots in a row. */
    private static int mixed(int hash) {
        int product = hash * 0x9e3779b9;
        return product ^ (product >>> 15);
    }
}
