package dev.grapevine.runtime;

/** How many bytes of large messages a subscriber may be given before it is done with those that it was given. */
interface LargeRoom {

    /** Of a subscriber that is done with each message as it is given. */
    LargeRoom UNLIMITED = new LargeRoom() {
        @Override
        public long left() {
            return Long.MAX_VALUE;
        }

        @Override
        public void taken(int bytes) {}
    };

    /** How many bytes more; only who takes them makes it less. */
    long left();

    /** The message that is given next takes so many. */
    void taken(int bytes);
}
