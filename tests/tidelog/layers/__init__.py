"""Tests of tidelog/layers."""
