"""What goes to registries and clients beside the wheel, made from the code: `make packages`.

It needs the checkout, and is not in the wheel.
"""
