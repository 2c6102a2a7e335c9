/** §5.1, Figure 4; `pre-candidate` is the thesis's PreVote phase (§9.6). A learner is a follower that is no voter. */
export type Role = "follower" | "pre-candidate" | "candidate" | "leader";
