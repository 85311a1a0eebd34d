package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The members of a roster that are in the view, as an unmodifiable map in the order of the origins. */
final class PresentMembers extends AbstractMap<Origin, Member> {

    private final Roster roster;
    private final IntSupplier count;

    PresentMembers(Roster roster, IntSupplier count) {
        this.roster = roster;
        this.count = count;
    }

    @Override
    public int size() {
        return count.getAsInt();
    }

    @Override
    public @Nullable Member get(@Nullable Object key) {
        int place = key instanceof Origin origin ? roster.find(origin) : -1;
        return place < 0 ? null : roster.presentAt(place);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return get(key) != null;
    }

    @Override
    public Set<Entry<Origin, Member>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return count.getAsInt();
            }

            @Override
            public Iterator<Entry<Origin, Member>> iterator() {
                return new Members();
            }
        };
    }

    private final class Members implements Iterator<Entry<Origin, Member>> {

        private int place;

        @Override
        public boolean hasNext() {
            while (place < roster.size() && roster.presentAt(place) == null) {
                place++;
            }
            return place < roster.size();
        }

        @Override
        public Entry<Origin, Member> next() {
            Member member = hasNext() ? roster.presentAt(place) : null;
            if (member == null) {
                throw new NoSuchElementException();
            }
            place++;
            return Map.entry(member.origin(), member);
        }
    }
}
