"""The main job: a pull request becomes a preview, follows every push, and goes away."""
