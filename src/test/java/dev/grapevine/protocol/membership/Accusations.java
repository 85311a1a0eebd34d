package dev.grapevine.protocol.membership;

import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.Rumor;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who has ever accused whom, as it was seen on the wire. */
final class Accusations {

    private final Map<Origin, TreeSet<Origin>> accusers = new TreeMap<>();

    void heard(Rumor rumor) {
        if (rumor instanceof Rumor.Suspect suspect) {
            add(suspect.subject(), suspect.accuser());
        } else if (rumor instanceof Rumor.Dead dead) {
            add(dead.subject(), dead.accuser());
        }
    }

    private void add(Origin subject, Origin accuser) {
        accusers.computeIfAbsent(subject, added -> new TreeSet<>()).add(accuser);
    }

    /** Whether anybody but this observer accused the subject. */
    boolean byAnotherThan(Origin observer, Origin subject) {
        return accusers.getOrDefault(subject, new TreeSet<>()).stream().anyMatch(accuser -> !accuser.equals(observer));
    }
}
