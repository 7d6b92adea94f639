"""Invented debtors with right check digits."""

import random
from dataclasses import dataclass

from core.ids import LETTERS_AND_DIGITS

FIRST = (
    "Ana Beatriz Bruno Caio Camila Carla Clara Daniel Davi Diego Eduarda Elisa Fábio Felipe Fernanda Gabriel Gustavo "
    "Helena Heitor Iara Igor Isabela Joana João Júlia Larissa Laura Lívia Lucas Luísa Mariana Mateus Miguel Natália "
    "Otávio Paula Pedro Rafael Renata Samuel Sofia Tiago Valentina Vinícius Yasmin"
).split()
LAST = (
    "Almeida Amostra Andrade Araújo Barbosa Cardoso Carvalho Castro Costa Dias Duarte Ensaio Esteves Exemplo Farias "
    "Fernandes Ferreira Fictícia Freitas Gomes Gonçalves Lima Lopes Machado Martins Melo Mendes Modelo Monteiro "
    "Moraes Moreira Nascimento Nogueira Oliveira Pereira Pinto Ramos Ribeiro Rocha Santos Silva Souza Teixeira Teste"
).split()
TRADES = (
    "Padaria Mercado Farmácia Livraria Papelaria Oficina Estúdio Clínica Transportes Comércio Distribuidora Ateliê"
).split()
PLACES = (
    "Aurora, Bela Vista, Boa Esperança, Cerrado, do Litoral, do Vale, Horizonte, Ipê Amarelo, Jardim, Mantiqueira, "
    "Nova Era, Pampulha, Primavera, São Bento, Serra Azul, Sol Nascente"
).split(", ")
SUFFIXES = ("Ltda.", "ME", "S.A.", "EIRELI")


@dataclass(frozen=True, slots=True)
class Debtor:
    name: str
    document: str


def drawn(chance: random.Random, length: int, alphabet: str = LETTERS_AND_DIGITS) -> str:
    """Not quite evenly, and in half the time of `choices`: a large demo draws millions."""
    table = (alphabet * (256 // len(alphabet) + 1))[:256]
    return chance.randbytes(length).translate(table.encode()).decode()


def check_digit(values: list[int], weights: list[int]) -> int:
    remainder = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if remainder < 2 else 11 - remainder


def cpf(chance: random.Random) -> str:
    digits = [chance.randrange(10) for _ in range(9)]
    digits.append(check_digit(digits, list(range(10, 1, -1))))
    digits.append(check_digit(digits, list(range(11, 1, -1))))
    return "".join(map(str, digits))


def cnpj(chance: random.Random, *, alphanumeric: bool = False) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ" if alphanumeric else "0123456789"
    root = "".join(chance.choice(alphabet) for _ in range(8)) + "0001"
    values = [ord(character) - 48 for character in root]
    weights = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    values.append(check_digit(values, weights))
    values.append(check_digit(values, [6, *weights]))
    return f"{root}{values[-2]}{values[-1]}"


def person(chance: random.Random) -> Debtor:
    last = chance.sample(LAST, 2)
    return Debtor(f"{chance.choice(FIRST)} {' '.join(last)}", cpf(chance))


def company(chance: random.Random) -> Debtor:
    name = f"{chance.choice(TRADES)} {chance.choice(PLACES)} {chance.choice(SUFFIXES)}"
    return Debtor(name, cnpj(chance, alphanumeric=chance.random() < 0.3))


def debtors(chance: random.Random, count: int) -> list[Debtor]:
    return [company(chance) if chance.random() < 0.2 else person(chance) for _ in range(count)]
