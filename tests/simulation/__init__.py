"""A seeded simulation of replicas, a hub and everything that goes wrong between them."""
