"""BR Code, the text of a Pix QR code (Manual BR Code 2.0.1; Iniciação do Pix 2.10.0): `reading` and `writing`.

Reading is tolerant and writing is strict, as the central bank asks (bacen/pix-api 188).
"""
