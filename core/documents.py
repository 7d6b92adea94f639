"""CPF and CNPJ: read with or without mask, check digits tested, kept bare and upper-case (IN RFB 2.229/2024)."""

import re
from enum import StrEnum

from validate_docbr import CNPJ, CPF

MASK_CHARACTERS = re.compile(r"[.\-/]")
CPF_FORM = re.compile(r"\d{11}|\d{3}\.\d{3}\.\d{3}-\d{2}", re.ASCII)
CNPJ_FORM = re.compile(
    r"[0-9A-Z]{12}\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-?\d{2}", re.ASCII | re.IGNORECASE
)


class DocumentType(StrEnum):
    CPF = "CPF"
    CNPJ = "CNPJ"


def bare(text: str) -> str:
    return MASK_CHARACTERS.sub("", text.strip()).upper()


def is_cpf(text: str) -> bool:
    """Whether the text is a CPF. The form is tested first: validate-docbr fills short numbers up with zeros."""
    return CPF_FORM.fullmatch(text.strip()) is not None and CPF().validate(bare(text))


def is_cnpj(text: str) -> bool:
    """Whether the text is a CNPJ, numeric or alphanumeric."""
    return CNPJ_FORM.fullmatch(text.strip()) is not None and CNPJ().validate(bare(text))


def document_type(document: str) -> DocumentType:
    """The type of a document that is kept bare: 11 characters are a CPF, 14 a CNPJ."""
    return DocumentType.CPF if len(document) == 11 else DocumentType.CNPJ


def formatted(document: str) -> str:
    """With its usual mask: `390.533.447-05`, `12.ABC.345/01DE-35`."""
    if len(document) == 11:
        return f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"
    if len(document) == 14:
        return f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"
    return document


def masked(document: str) -> str:
    """A person's CPF without its ends, `***.533.447-**`; a company's CNPJ is public and stays whole."""
    if len(document) == 11:
        return f"***.{document[3:6]}.{document[6:9]}-**"
    return formatted(document)
