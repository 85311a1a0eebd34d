package dev.grapevine.runtime;

import dev.grapevine.tck.StreamTck;
import org.testng.annotations.AfterClass;

/** The rules for what a node shows of itself and others, changed here as its core would: a real one changes it at its own time. */
public abstract class ViewTck<T> extends StreamTck<T> {

    final UserThreads delivery = new UserThreads("tck");

    /** Gives the threads back. */
    @AfterClass
    public void dispose() {
        delivery.dispose();
    }
}
